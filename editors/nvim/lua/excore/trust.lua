-- Whether programs of an environment that the workspace holds may be run.
--
-- Trust is kept in Neovim's own database (|trust|), for the real path of the environment's folder. Not for its
-- interpreter: that is mostly a link to the system's Python, which every other workspace could link to as well. And
-- without a checksum: what starting it runs is all of site-packages, which changes with every installation. As with any
-- folder that Neovim trusts the name decides; a link that leads elsewhere later is another folder, and not trusted.

local M = {}

---@alias excore.Trust 'trusted'|'denied'|'unknown'

---@param folder string
---@return string? path as Neovim's database has it
local function key(folder)
  return vim.uv.fs_realpath(vim.fs.normalize(folder))
end

-- The entry of Neovim's database, which has no way to look without asking the user.
---@param path string
---@return string? entry
local function recorded(path)
  local file = io.open(vim.fs.joinpath(vim.fn.stdpath('state'), 'trust'), 'r')
  if not file then
    return nil
  end
  local found
  for line in file:lines() do
    local entry, name = line:match('^(%S+) (.+)$')
    if name == path then
      found = entry
    end
  end
  file:close()
  return found
end

-- What the user decided about a folder; `vim.g.excore_trust` decides for all. Asks nobody.
---@param folder string
---@return excore.Trust
function M.state(folder)
  if vim.g.excore_trust ~= nil then
    local always = vim.g.excore_trust == true or vim.g.excore_trust == 1
    return always and 'trusted' or 'denied'
  end
  local path = key(folder)
  local entry = path and recorded(path)
  if entry == 'directory' then
    return 'trusted'
  end
  return entry == '!' and 'denied' or 'unknown'
end

-- Let Neovim ask about a folder, also if it was denied before.
---@param folder string
---@return excore.Trust
function M.ask(folder)
  vim.fn.mkdir(vim.fn.stdpath('state'), 'p')
  if M.state(folder) == 'denied' then
    vim.secure.trust({ action = 'remove', path = folder })
  end
  vim.secure.read(folder)
  return M.state(folder)
end

-- Say once in a session that a server is not started, and what to do.
---@param folder string
function M.mention(folder)
  vim.notify_once(('excore: %s'):format(M.advice(folder)), vim.log.levels.WARN)
end

---@param folder string
---@return string
function M.advice(folder)
  local shown = vim.fn.fnamemodify(folder, ':~:.')
  return ('the server in %s is not started, for that folder is not trusted; :Excore trust'):format(shown)
end

return M
