// Stands in for the Python extension: the part of its API that says which interpreter is selected for a folder.

const vscode = require('vscode');

exports.activate = () => {
  const changed = new vscode.EventEmitter();
  const selected = new Map();
  return {
    environments: {
      getActiveEnvironmentPath: (folder) => selected.get(folder?.toString()),
      resolveEnvironment: async (file) => (file === undefined ? undefined : { executable: { uri: vscode.Uri.file(file) } }),
      onDidChangeActiveEnvironmentPath: changed.event,
    },
    select: (folder, file) => {
      selected.set(folder.toString(), file);
      changed.fire();
    },
  };
};
