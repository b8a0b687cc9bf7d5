-- Made by scripts/write_editor_lists.py from excore/lang/project and the grammar; do not edit.

local function set(names)
  local result = {}
  for name in names:gmatch('%S+') do
    result[name] = true
  end
  return result
end

return {
  plain_names = set([[
    _typos.toml
    book.toml
    bunfig.toml
    cargo.toml
    cliff.toml
    clippy.toml
    cross.toml
    deny.toml
    dprint.toml
    fly.toml
    gitleaks.toml
    gopkg.toml
    hatch.toml
    hugo.toml
    languages.toml
    lock.toml
    manifest.toml
    mise.toml
    mypy.toml
    netlify.toml
    pdm.toml
    pixi.toml
    poetry.toml
    project.toml
    pyproject.toml
    pyrefly.toml
    pytest.toml
    ruff.toml
    rust-toolchain.toml
    rustfmt.toml
    selene.toml
    starship.toml
    stylua.toml
    taplo.toml
    tombi.toml
    tox.toml
    ty.toml
    typos.toml
    uv.toml
    wrangler.toml
  ]]),
  plain_patterns = { '^pylock%.', '^pipfile', '[.-]lock%.toml$' },
  boundaries = { '.excore.toml', 'pyproject.toml', 'setup.py', 'setup.cfg', '.git', '.hg' },
  tool_folders = set([[__pycache__ __pypackages__ build dist env node_modules site-packages venv]]),
  run_folders = set([[outputs target wandb]]),
  search = { deepest = 3, folders = 400, files = 200, bytes = 16384, above = 2 },
  prefix_class = '[!@$&]',
  prefixes = {
    { char = '!', kind = 'new' },
    { char = '@', kind = 'shared' },
    { char = '$', kind = 'class' },
    { char = '&', kind = 'variable' },
  },
}
