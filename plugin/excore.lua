-- For managers of Neovim plugins, which take a whole repository: the plugin is in a folder of it.

local root = vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p:h:h')
local plugin = vim.fs.joinpath(root, 'editors', 'nvim')
if not vim.list_contains(vim.opt.runtimepath:get(), plugin) then
  vim.opt.runtimepath:append(plugin)
end
vim.cmd.source(vim.fs.joinpath(plugin, 'plugin', 'excore.lua'))
