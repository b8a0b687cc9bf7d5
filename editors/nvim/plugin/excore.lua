-- The `:Excore` command and the colours of prefixes. The server itself is enabled by the user:
--   vim.lsp.enable('excore')

if vim.g.loaded_excore then
  return
end
vim.g.loaded_excore = true

if vim.fn.has('nvim-0.11') == 0 then
  vim.notify('excore: Neovim 0.11 or newer is needed', vim.log.levels.WARN)
  return
end

vim.api.nvim_create_user_command('Excore', function(command)
  require('excore.commands').run(command.fargs)
end, {
  nargs = '*',
  desc = 'ExCore language server',
  complete = function(lead, line)
    return require('excore.commands').complete(lead, line)
  end,
})

local group = vim.api.nvim_create_augroup('excore', {})
require('excore.highlight').start()
require('excore.completion').start(group)
require('excore.attach').start(group)
