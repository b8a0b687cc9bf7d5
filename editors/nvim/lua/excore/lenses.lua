-- What a click on a code lens does.

local M = {}

-- Go to the only place, or list all of them in the quickfix window.
---@param command lsp.Command with the arguments `[uri, position, locations]`
---@param context { client_id: integer, bufnr: integer }
function M.show_references(command, context)
  local client = vim.lsp.get_client_by_id(context.client_id)
  local locations = command.arguments and command.arguments[3] or {}
  if not client or #locations == 0 then
    return
  end
  vim.lsp.codelens.refresh({ bufnr = context.bufnr }) -- Neovim took the lens away when it was used
  if #locations == 1 then
    vim.lsp.util.show_document(locations[1], client.offset_encoding, { reuse_win = true, focus = true })
    return
  end
  local items = vim.lsp.util.locations_to_items(locations, client.offset_encoding)
  vim.fn.setqflist({}, ' ', { title = command.title, items = items })
  vim.cmd('botright copen')
end

return M
