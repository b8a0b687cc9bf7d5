-- Colours the prefix of a key (`!backbone`, "@head", ...) in the visible lines of config buffers.
--
-- The TOML syntax and queries know nothing of prefixes. Decorations lie on top of either and cost nothing for
-- lines that are not on the screen.

local M = {}

local NAMESPACE = vim.api.nvim_create_namespace('excore.prefixes')

-- prefix -> highlight group; the groups are links that a colour scheme may override.
M.groups = {}
local LINKS = {}
local COLOURS = { new = 'Special', shared = 'Statement', class = 'Type' }
for _, prefix in ipairs(require('excore.names').prefixes) do
  local group = 'ExcorePrefix' .. prefix.kind:sub(1, 1):upper() .. prefix.kind:sub(2)
  M.groups[prefix.char] = group
  LINKS[group] = COLOURS[prefix.kind] or 'Identifier'
end

---@type table<integer, true>
local buffers = {}

-- What may come before a key besides the start of the line, and what must come after it.
local OPENERS = { ['{'] = true, [','] = true, ['.'] = true }
local HEADER_OPENERS = { ['['] = true, ['.'] = true }
local AFTER_KEY = '^%s*[=.]'
local AFTER_HEADER_PART = '^%s*[%].]'

---@class excore.Prefix
---@field start integer byte column of the prefix, 0-based
---@field stop integer byte column after the key, 0-based
---@field prefix string

-- The prefixed keys of one line of TOML. Strings and comments are skipped, unless the string is a quoted key.
---@param line string
---@return excore.Prefix[]
function M.find(line)
  local found = {}
  local header = line:find('^%s*%[') ~= nil
  local openers, after = header and HEADER_OPENERS or OPENERS, header and AFTER_HEADER_PART or AFTER_KEY
  local at, expects_key = 1, true
  while at <= #line do
    local char = line:sub(at, at)
    if char == '#' then
      break
    elseif char == '"' or char == "'" then
      local stop = at + 1
      while stop <= #line and line:sub(stop, stop) ~= char do
        stop = stop + ((char == '"' and line:sub(stop, stop) == '\\') and 2 or 1)
      end
      local inner = line:sub(at + 1, stop - 1)
      local prefix = inner:sub(1, 1)
      if expects_key and M.groups[prefix] and inner:find('^.[^%s]+$') and line:find(after, stop + 1) then
        found[#found + 1] = { start = at, stop = stop - 1, prefix = prefix }
      end
      at, expects_key = stop + 1, false
    elseif expects_key and M.groups[char] then
      local _, stop = line:find('^[%w_\128-\255-]+', at + 1)
      if stop and line:find(after, stop + 1) then
        found[#found + 1] = { start = at - 1, stop = stop, prefix = char }
      end
      at, expects_key = (stop or at) + 1, false
    else
      expects_key = openers[char] or (expects_key and char:find('%s') ~= nil)
      at = at + 1
    end
  end
  return found
end

---@param bufnr integer
---@param row integer
local function decorate(bufnr, row)
  local line = vim.api.nvim_buf_get_lines(bufnr, row, row + 1, false)[1] or ''
  for _, key in ipairs(M.find(line)) do
    vim.api.nvim_buf_set_extmark(bufnr, NAMESPACE, row, key.start, {
      end_col = key.stop,
      hl_group = M.groups[key.prefix],
      priority = 130,
      ephemeral = true,
    })
  end
end

-- Colour the prefixes of this buffer from now on.
---@param bufnr integer
---@return boolean new
function M.attach(bufnr)
  if buffers[bufnr] then
    return false
  end
  buffers[bufnr] = true
  vim.api.nvim_buf_attach(bufnr, false, {
    on_reload = function() end, -- without it a file that changed on disk detaches
    on_detach = function()
      buffers[bufnr] = nil
    end,
  })
  return true
end

function M.start()
  for group, target in pairs(LINKS) do
    vim.api.nvim_set_hl(0, group, { link = target, default = true })
  end
  vim.api.nvim_set_decoration_provider(NAMESPACE, {
    on_win = function(_, _, bufnr)
      return buffers[bufnr] == true
    end,
    on_line = function(_, _, bufnr, row)
      decorate(bufnr, row)
    end,
  })
end

return M
