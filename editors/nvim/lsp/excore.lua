-- Configuration of the ExCore language server for `vim.lsp.enable('excore')`.

-- The folder may have come onto the runtime path after Neovim looked for plugins there. By its path: a user's own file may
-- have the name, too.
local folder = vim.fs.dirname(vim.fs.dirname(debug.getinfo(1, 'S').source:sub(2)))
vim.cmd.source(vim.fs.joinpath(folder, 'plugin', 'excore.lua'))

-- The setting as the user gave it. The client's settings say later what was found, and a server is started again with
-- those: what the workspace holds must not pass for what the user named.
---@param config? vim.lsp.ClientConfig
---@return string?
local function configured_interpreter(config)
  local given = config and config.excore_interpreter
  return given or vim.tbl_get(config or {}, 'settings', 'excore', 'interpreter')
end

---@type vim.lsp.Config
return {
  filetypes = { 'toml', 'python' },

  -- Neovim before 0.11.3 does not hand over the configuration; the current folder stands in for the root then.
  cmd = function(dispatchers, config)
    local root = config and config.root_dir or vim.fn.getcwd()
    return require('excore.server').start(dispatchers, root, configured_interpreter(config))
  end,

  root_dir = function(bufnr, on_dir)
    local root = require('excore.project').buffer_root(bufnr)
    if not root then
      return
    end
    -- Later, for then the plugins of the file type have set their options too.
    vim.schedule(function()
      if vim.api.nvim_buf_is_loaded(bufnr) then
        require('excore.python_buffer').remember(bufnr)
        on_dir(root)
      end
    end)
  end,

  capabilities = {
    textDocument = { publishDiagnostics = { codeDescriptionSupport = true } }, -- for :Excore explain
    experimental = { commands = { commands = { 'excore.showReferences', 'editor.action.triggerSuggest' } } },
  },

  commands = {
    ['excore.showReferences'] = function(command, context)
      require('excore.lenses').show_references(command, context)
    end,
    ['editor.action.triggerSuggest'] = function()
      require('excore.completion').again()
    end,
  },

  settings = {
    excore = {},
  },

  before_init = function(params, config)
    local settings = vim.tbl_get(config, 'settings', 'excore') or {}
    config.excore_interpreter = configured_interpreter(config) or ''
    settings.interpreter = require('excore.python').interpreter(config.root_dir, config.excore_interpreter)
    config.settings = vim.tbl_extend('force', config.settings or {}, { excore = settings })
    params.initializationOptions = {
      interpreter = settings.interpreter or vim.NIL,
      inlayHints = settings.inlayHints or vim.empty_dict(),
      severity = settings.severity or vim.empty_dict(),
    }
  end,
}
