---@brief
---
--- Language server for ExCore configs: TOML files whose tables name registered Python classes (`[Model.FCN]`).
---
--- `excore-server` comes with the Python package `excore[server]`, best in the environment of the project. TOML files
--- that are no configs get no answers and no problems. The plugin in `editors/nvim` of the package, whose folder
--- `excore editor nvim` prints, does more: colours of prefixes, `:Excore`, `:checkhealth excore`.

---@type vim.lsp.Config
return {
  cmd = { 'excore-server' },
  filetypes = { 'toml' },
  root_markers = { '.excore.toml', 'pyproject.toml', 'setup.py', 'setup.cfg', '.git', '.hg' },
}
