-- What happens when a server is attached to a buffer. Not in `on_attach`, which is the user's.

local M = {}

-- Servers for plain TOML, which take a bare prefix for a mistake. `vim.g.excore_alone` says what becomes of them in configs.
local PLAIN = { 'tombi', 'taplo' }

---@param client vim.lsp.Client
---@return boolean
local function is_for_plain_toml(client)
  local name = (client.name .. ' ' .. ((client.server_info or {}).name or '')):lower()
  return vim.iter(PLAIN):any(function(plain)
    return name:find(plain, 1, true) ~= nil
  end)
end

-- The servers for plain TOML that are attached to configs.
---@return vim.lsp.Client[]
function M.neighbours()
  return vim.tbl_filter(function(client)
    return is_for_plain_toml(client)
      and vim.iter(pairs(client.attached_buffers)):any(function(bufnr)
        return require('excore.project').is_config(bufnr)
      end)
  end, vim.lsp.get_clients())
end

---@param name string of a server
---@return string
function M.advice(name)
  return ('%s serves configs too and takes bare prefixes for mistakes; vim.g.excore_alone = true keeps it away'):format(name)
end

---@param client vim.lsp.Client
---@param bufnr integer
local function meet_neighbour(client, bufnr)
  local alone = vim.g.excore_alone
  if alone == nil then
    vim.notify_once('excore: ' .. M.advice(client.name) .. ', false keeps this quiet', vim.log.levels.WARN)
  elseif (alone == true or alone == 1) and client.attached_buffers[bufnr] then
    vim.lsp.buf_detach_client(bufnr, client.id)
    for _, pull in ipairs({ false, true }) do
      vim.diagnostic.reset(vim.lsp.diagnostic.get_namespace(client.id, pull), bufnr)
    end
  end
end

---@param client vim.lsp.Client
---@param bufnr integer
local function attached(client, bufnr)
  if client.name == 'excore' then
    require('excore.server').watch(client)
  end
  if client.name == 'excore' and vim.bo[bufnr].filetype == 'python' then
    require('excore.python_buffer').give_back(client, bufnr)
  elseif client.name == 'excore' then
    require('excore.highlight').attach(bufnr)
    -- Later: if the user enables completion in another way, that one counts.
    vim.schedule(function()
      if vim.lsp.buf_is_attached(bufnr, client.id) then
        require('excore.completion').enable(client, bufnr)
      end
    end)
  elseif is_for_plain_toml(client) and require('excore.project').is_config(bufnr) then
    vim.schedule(function() -- it is not quite attached yet
      meet_neighbour(client, bufnr)
    end)
  end
end

---@param group integer
function M.start(group)
  vim.api.nvim_create_autocmd('LspAttach', {
    group = group,
    desc = 'set up a buffer that a server is attached to',
    callback = function(event)
      local client = vim.lsp.get_client_by_id(event.data.client_id)
      if client then
        attached(client, event.buf)
      end
    end,
  })
  vim.api.nvim_create_autocmd('FileType', {
    group = group,
    pattern = 'toml',
    desc = 'colour the prefixes of ExCore configs',
    callback = function(event)
      if require('excore.project').is_config(event.buf) then
        require('excore.highlight').attach(event.buf)
      end
    end,
  })
  vim.api.nvim_create_autocmd('BufWritePost', {
    group = group,
    pattern = '*.toml',
    desc = 'serve what has become a config',
    callback = function(event)
      if require('excore.project').is_config(event.buf) and require('excore.highlight').attach(event.buf) then
        require('excore.server').attach()
      end
    end,
  })
end

return M
