-- What Neovim's own completion lacks: the protocol's range may go beyond the cursor, as to a bracket that a plugin for
-- pairs has set, and Neovim leaves what stands there; what is typed stays, whatever 'completeopt' selects; and after an
-- item that is only a beginning the next list opens.

local M = {}

local asked = '' -- the line for which the last list was asked
local typed ---@type string? the character, if the last key was one
local taken = false -- whether one of our items was taken from Neovim's own list

---@param completed table an item of Neovim's list
---@return lsp.CompletionItem? item nil when it is not one of ours
---@return vim.lsp.Client? client
local function item_of(completed)
  local data = vim.tbl_get(completed, 'user_data', 'nvim', 'lsp')
  local client = type(data) == 'table' and vim.lsp.get_client_by_id(data.client_id)
  if client and client.name == 'excore' then
    return data.completion_item, client
  end
end

---@param part string
---@param whole string
---@return boolean
local function is_subsequence(part, whole)
  local at = 1
  for char in part:lower():gmatch('.') do
    local found = whole:lower():find(char, at, true)
    if not found then
      return false
    end
    at = found + 1
  end
  return true
end

-- Whether an item still goes with what is typed. Neovim looks at its text, the protocol means its `filterText`: where a 1
-- is typed, Neovim keeps `16` in the list, and Enter takes it.
---@param completed table
---@return boolean
local function fits(completed)
  local item, client = item_of(completed)
  local range = vim.tbl_get(item or {}, 'textEdit', 'range')
  if not item or not client or not range then
    return true
  end
  local line, column = vim.api.nvim_get_current_line(), vim.api.nvim_win_get_cursor(0)[2]
  local start = vim.str_byteindex(line, client.offset_encoding, range.start.character, false)
  return is_subsequence(line:sub(start + 1, column), item.filterText or item.label)
end

-- Close a list that would change what is typed, or of which nothing is left. Where the last key asks for another one, as
-- the dot behind a field does, open that.
local function leave_what_is_typed()
  local char = typed
  typed = nil
  if not char or #vim.lsp.get_clients({ name = 'excore', bufnr = 0 }) == 0 then
    return
  end
  local shown = vim.fn.complete_info({ 'matches', 'selected' })
  local selected = shown.matches[shown.selected + 1]
  if #shown.matches == 0 or vim.iter(selected and { selected } or shown.matches):any(fits) then
    return
  end
  vim.api.nvim_feedkeys(vim.keycode('<C-e>'), 'in', false) -- before any key that waits already
  local _, client = item_of(shown.matches[1])
  local triggers = vim.tbl_get(client or {}, 'server_capabilities', 'completionProvider', 'triggerCharacters')
  if vim.list_contains(triggers or {}, char) then
    vim.schedule(vim.lsp.completion.get)
  end
end

---@param item lsp.CompletionItem
---@param encoding string
local function remove_what_is_replaced(item, encoding)
  local range = vim.tbl_get(item, 'textEdit', 'range')
  if not range then
    return
  end
  local stays = asked:sub(vim.str_byteindex(asked, encoding, range['end'].character, false) + 1)
  local line, row, column = vim.api.nvim_get_current_line(), unpack(vim.api.nvim_win_get_cursor(0))
  local behind = line:sub(column + 1)
  if #behind > #stays and vim.endswith(behind, stays) then
    vim.api.nvim_buf_set_text(0, row - 1, column, row - 1, #line - #stays, { '' })
  end
end

-- Watch Neovim's completion. Early: its own command for `CompleteDone` takes a text that changes later for typing.
---@param group integer
function M.start(group)
  vim.api.nvim_create_autocmd('LspRequest', {
    group = group,
    desc = 'note where a list is asked for',
    callback = function(event)
      local request = event.data.request
      if request.method == 'textDocument/completion' and request.type == 'pending' then
        asked = vim.api.nvim_get_current_line()
      end
    end,
  })
  vim.api.nvim_create_autocmd('InsertCharPre', {
    group = group,
    desc = 'note that a character is typed',
    callback = function()
      typed = vim.v.char
    end,
  })
  vim.api.nvim_create_autocmd('CompleteChanged', {
    group = group,
    desc = 'leave what is typed as it is',
    callback = leave_what_is_typed,
  })
  vim.api.nvim_create_autocmd('CompleteDone', {
    group = group,
    desc = 'replace what stands behind the cursor',
    callback = function()
      local item, client = item_of(vim.v.completed_item)
      taken = item ~= nil and vim.v.event.reason == 'accept'
      if taken and item and client then
        remove_what_is_replaced(item, client.offset_encoding)
      end
    end,
  })
end

-- Open the next list, as an item says when it is taken. Plugins for completion open their own.
function M.again()
  if taken then
    taken = false
    vim.lsp.completion.get()
  end
end

-- Else <C-x><C-o> inserts the bare word: Neovim expands snippets and applies edits only when its completion is on.
---@param client vim.lsp.Client
---@param bufnr integer
function M.enable(client, bufnr)
  local autotrigger = vim.g.excore_autotrigger == true or vim.g.excore_autotrigger == 1
  local own = vim.bo[bufnr].completeopt
  local completeopt = own ~= '' and own or vim.go.completeopt
  if autotrigger and not completeopt:find('noselect') and not completeopt:find('noinsert') then
    vim.bo[bufnr].completeopt = completeopt .. ',menuone,noselect' -- a list that opens by itself must not type
  end
  vim.lsp.completion.enable(true, client.id, bufnr, { autotrigger = autotrigger })
end

return M
