// Moves and enlarges the picture, finds what is in it, and tells the extension which node was chosen.

const host = acquireVsCodeApi();
const stage = document.getElementById('stage');
const search = document.getElementById('search');
const about = document.getElementById('about');
const picture = stage.querySelector('svg');
const nodes = [...picture.querySelectorAll('g[id]')];
const [width, height] = picture.getAttribute('viewBox').split(' ').slice(2).map(Number);
const READABLE = 0.7;
const LARGEST = 5;
const STEP = 1.25;
const MARGIN = 16;
const TOP = 46;
const CLICK = 4;
const LINE = 16;
const MOVES = { ArrowLeft: [1, 0], ArrowRight: [-1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const MOVE = 60;

/** The picture's corner on the stage, and its scale. */
let view;
let hits = [];
let hit = -1;

/** All of the picture, or as much of it as there is room for when it may not be smaller than `smallest`. */
function fitting(smallest = 0) {
  const across = (stage.clientWidth - 2 * MARGIN) / width;
  const down = (stage.clientHeight - TOP - MARGIN) / height;
  const scale = Math.min(1.5, Math.max(smallest, Math.min(across, down)));
  const room = (stage.clientWidth - width * scale) / 2;
  return { x: Math.max(MARGIN, room), y: TOP, scale };
}

function show(next) {
  view = next;
  picture.style.transform = `translate(${view.x}px, ${view.y}px) scale(${view.scale})`;
  host.setState({ config: stage.dataset.config, view });
}

/** A point of the stage stays where it is: the pointer, or the middle. */
function zoom(factor, x = stage.clientWidth / 2, y = stage.clientHeight / 2) {
  const scale = Math.min(LARGEST, Math.max(Math.min(0.1, fitting().scale), view.scale * factor));
  const grown = scale / view.scale;
  show({ x: x - (x - view.x) * grown, y: y - (y - view.y) * grown, scale });
}

/** Bring a node into sight, large enough to be read. */
function reveal(node) {
  const { left, top, right, bottom } = node.getBoundingClientRect();
  const inside = left >= 0 && top >= TOP && right <= stage.clientWidth && bottom <= stage.clientHeight - TOP;
  if (!inside || view.scale < READABLE) {
    const box = node.getBBox();
    const scale = Math.max(view.scale, READABLE);
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    show({ x: stage.clientWidth / 2 - x * scale, y: stage.clientHeight / 2 - y * scale, scale });
  }
}

/** What a node is: its class or target, and below that what the picture says of it. */
function described(node) {
  const target = node.querySelector('title').textContent;
  const words = [...node.querySelectorAll('text')].map((text) => text.textContent);
  return [...new Set([...words, target])].join(', ');
}

function choose(node) {
  host.postMessage({ node: node.id });
}

function find(words) {
  const wanted = words.trim().toLowerCase();
  hits = wanted === '' ? [] : nodes.filter((node) => described(node).toLowerCase().includes(wanted));
  nodes.forEach((node) => node.classList.toggle('found', hits.includes(node)));
  about.textContent = wanted !== '' && hits.length === 0 ? 'nothing found' : '';
  turnTo(0);
}

function turnTo(number) {
  nodes.forEach((node) => node.classList.remove('current'));
  hit = hits.length === 0 ? -1 : (number + hits.length) % hits.length;
  if (hit >= 0) {
    hits[hit].classList.add('current');
    reveal(hits[hit]);
    about.textContent = `${hit + 1} of ${hits.length}: ${described(hits[hit])}`;
  }
}

picture.setAttribute('role', 'group');
picture.setAttribute('aria-label', `${picture.querySelector('title').textContent}: ${nodes.length} objects`);
for (const drawn of picture.querySelectorAll('.edge, .label')) {
  drawn.setAttribute('aria-hidden', 'true');
}
for (const node of nodes) {
  node.setAttribute('tabindex', '0');
  node.setAttribute('role', 'link');
  node.setAttribute('aria-label', described(node));
  node.addEventListener('focus', () => {
    about.textContent = described(node);
    if (node.matches(':focus-visible')) {
      reveal(node);
    }
  });
  node.addEventListener('blur', () => { about.textContent = ''; });
  node.addEventListener('pointerenter', () => { about.textContent = described(node); });
  node.addEventListener('pointerleave', () => { about.textContent = ''; });
}

stage.addEventListener('scroll', () => stage.scrollTo(0, 0)); // what has the focus is brought into sight above
stage.addEventListener('wheel', (event) => {
  event.preventDefault();
  const unit = event.deltaMode === WheelEvent.DOM_DELTA_PIXEL ? 1 : LINE;
  const [across, down] = [event.deltaX * unit, event.deltaY * unit];
  if (event.shiftKey || across !== 0) {
    show({ ...view, x: view.x - (across || down), y: view.y - (across && down) });
  } else {
    zoom(STEP ** (-down / 100), event.clientX, event.clientY);
  }
}, { passive: false });

stage.addEventListener('pointerdown', (start) => {
  if (start.button !== 0) {
    return;
  }
  const from = view;
  let moved = false;
  const move = (event) => {
    const [x, y] = [event.clientX - start.clientX, event.clientY - start.clientY];
    moved ||= Math.hypot(x, y) > CLICK;
    if (moved) {
      stage.classList.add('moving');
      show({ ...from, x: from.x + x, y: from.y + y });
    }
  };
  const end = (event) => {
    window.removeEventListener('pointermove', move);
    window.removeEventListener('pointerup', end);
    window.removeEventListener('pointercancel', end);
    stage.classList.remove('moving');
    const node = start.target.closest('g');
    if (event.type === 'pointerup' && !moved && node !== null) {
      choose(node);
    }
  };
  window.addEventListener('pointermove', move);
  window.addEventListener('pointerup', end);
  window.addEventListener('pointercancel', end);
});

search.addEventListener('input', () => find(search.value));
search.addEventListener('keydown', (event) => {
  if (event.key === 'Enter' && hits.length > 0) {
    turnTo(hit + (event.shiftKey ? -1 : 1));
  } else if (event.key === 'Escape') {
    (hits[hit] ?? stage).focus();
  } else {
    return;
  }
  event.preventDefault();
});

window.addEventListener('keydown', (event) => {
  const node = event.target instanceof Element ? event.target.closest('g') : null;
  const command = event.ctrlKey || event.metaKey;
  if (event.key === '/' && event.target !== search || event.key === 'f' && command) {
    search.select();
  } else if (command || event.altKey || event.target === search) {
    return;
  } else if ((event.key === 'Enter' || event.key === ' ') && node !== null) {
    choose(node);
  } else if (event.key in MOVES) {
    const [x, y] = MOVES[event.key];
    show({ ...view, x: view.x + x * MOVE, y: view.y + y * MOVE });
  } else if (event.key === '+' || event.key === '=') {
    zoom(STEP);
  } else if (event.key === '-') {
    zoom(1 / STEP);
  } else if (event.key === '0') {
    show(fitting());
  } else {
    return;
  }
  event.preventDefault();
});

document.getElementById('closer').addEventListener('click', () => zoom(STEP));
document.getElementById('farther').addEventListener('click', () => zoom(1 / STEP));
document.getElementById('fit').addEventListener('click', () => show(fitting()));
show(host.getState()?.view ?? fitting(READABLE));
