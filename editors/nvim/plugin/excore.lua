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

require('excore.highlight').start()

vim.api.nvim_create_autocmd('FileType', {
  group = vim.api.nvim_create_augroup('excore', {}),
  pattern = 'toml',
  desc = 'colour the prefixes of ExCore configs',
  callback = function(event)
    require('excore.highlight').attach_if_config(event.buf)
  end,
})
