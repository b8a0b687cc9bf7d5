// Moves and enlarges the picture, and tells the extension which node was chosen.

const host = acquireVsCodeApi();
const stage = document.getElementById('stage');
const picture = stage.querySelector('svg');
const [width, height] = picture.getAttribute('viewBox').split(' ').slice(2).map(Number);
const SMALLEST = 0.1;
const READABLE = 0.7;
const LARGEST = 5;
const STEP = 1.25;
const MARGIN = 16;
const TOP = 46;
const CLICK = 4;

/** The picture's corner on the stage, and its scale. */
let view = host.getState() ?? fitting(READABLE);

/** All of the picture, or as much of it as there is room for when it may not be smaller than `smallest`. */
function fitting(smallest = SMALLEST) {
  const across = (stage.clientWidth - 2 * MARGIN) / width;
  const down = (stage.clientHeight - TOP - MARGIN) / height;
  const scale = Math.min(1.5, Math.max(smallest, Math.min(across, down)));
  const room = (stage.clientWidth - width * scale) / 2;
  return { x: Math.max(MARGIN, room), y: TOP, scale };
}

function show(next) {
  view = next;
  picture.style.transform = `translate(${view.x}px, ${view.y}px) scale(${view.scale})`;
  host.setState(view);
}

function zoom(factor, x = stage.clientWidth / 2, y = stage.clientHeight / 2) {
  const scale = Math.min(LARGEST, Math.max(SMALLEST, view.scale * factor));
  const grown = scale / view.scale;
  show({ x: x - (x - view.x) * grown, y: y - (y - view.y) * grown, scale });
}

function choose(node) {
  host.postMessage({ node: node.id });
}

stage.addEventListener('wheel', (event) => {
  event.preventDefault();
  if (event.shiftKey) {
    show({ ...view, x: view.x - (event.deltaX || event.deltaY) });
  } else {
    zoom(STEP ** (-event.deltaY / 100), event.clientX, event.clientY);
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

for (const node of picture.querySelectorAll('g[id]')) {
  node.setAttribute('tabindex', '0');
  node.setAttribute('role', 'button');
}

window.addEventListener('keydown', (event) => {
  const node = event.target instanceof Element ? event.target.closest('g') : null;
  if (event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  if ((event.key === 'Enter' || event.key === ' ') && node !== null) {
    choose(node);
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
show(view);
