-- Neovim's own completion, made to replace what the server says: the protocol's range may go beyond the cursor, as to
-- a bracket that a plugin for pairs has set, and Neovim leaves what stands there.

local M = {}

---@param item lsp.CompletionItem
---@param encoding string
local function note_what_stays(item, encoding)
  local range = vim.tbl_get(item, 'textEdit', 'range')
  if range then
    local line = vim.api.nvim_get_current_line()
    local last = vim.str_byteindex(line, encoding, range['end'].character, false)
    item.excore_stays = line:sub(last + 1)
  end
end

local function remove_what_is_replaced()
  local stays = vim.tbl_get(vim.v.completed_item, 'user_data', 'nvim', 'lsp', 'completion_item', 'excore_stays')
  if vim.v.event.reason ~= 'accept' or not stays then
    return
  end
  local line, row, column = vim.api.nvim_get_current_line(), unpack(vim.api.nvim_win_get_cursor(0))
  local behind = line:sub(column + 1)
  if #behind > #stays and vim.endswith(behind, stays) then
    vim.api.nvim_buf_set_text(0, row - 1, column, row - 1, #line - #stays, { '' })
  end
end

---@param client vim.lsp.Client
---@param bufnr integer
function M.enable(client, bufnr)
  -- Before Neovim's own command for the event: that one takes a text that changes later for somebody's typing.
  vim.api.nvim_create_autocmd('CompleteDone', {
    group = vim.api.nvim_create_augroup('excore.completion.' .. bufnr, {}),
    buffer = bufnr,
    desc = 'replace what stands behind the cursor',
    callback = remove_what_is_replaced,
  })
  vim.lsp.completion.enable(true, client.id, bufnr, {
    convert = function(item)
      note_what_stays(item, client.offset_encoding)
      return {}
    end,
  })
end

return M
