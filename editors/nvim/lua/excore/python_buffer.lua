-- Python buffers belong to the user's Python server: this one adds lenses, references and renames.

local M = {}

-- What Neovim sets when a server that can do the method is attached.
local OPTIONS = {
  omnifunc = { 'v:lua.vim.lsp.omnifunc', 'textDocument/completion' },
  tagfunc = { 'v:lua.vim.lsp.tagfunc', 'textDocument/definition' },
  formatexpr = { 'v:lua.vim.lsp.formatexpr()', 'textDocument/rangeFormatting' },
}

---@type table<integer, table<string, string>>
local before = {}

-- Note what a buffer has before the server is attached.
---@param bufnr integer
function M.remember(bufnr)
  before[bufnr] = {}
  for name in pairs(OPTIONS) do
    before[bufnr][name] = vim.bo[bufnr][name]
  end
end

---@param client vim.lsp.Client
---@param bufnr integer
---@param method string
---@return boolean
local function another_can(client, bufnr, method)
  for _, other in ipairs(vim.lsp.get_clients({ bufnr = bufnr, method = method })) do
    if other.id ~= client.id then
      return true
    end
  end
  return false
end

-- Undo what Neovim did because this client is attached, where no other server can do it.
---@param client vim.lsp.Client
---@param bufnr integer
function M.give_back(client, bufnr)
  local old = before[bufnr] or {}
  before[bufnr] = nil
  for name, option in pairs(OPTIONS) do
    local value, method = unpack(option)
    if vim.bo[bufnr][name] == value and not another_can(client, bufnr, method) then
      vim.bo[bufnr][name] = old[name] or ''
    end
  end
  if not another_can(client, bufnr, 'textDocument/hover') then
    for _, key in ipairs(vim.api.nvim_buf_get_keymap(bufnr, 'n')) do
      if key.lhs == 'K' and key.desc == 'vim.lsp.buf.hover()' then
        vim.keymap.del('n', 'K', { buffer = bufnr })
      end
    end
  end
  vim.schedule(function()
    vim.lsp.semantic_tokens.stop(bufnr, client.id)
  end)
end

return M
