/** Names a folder that holds the package `webgpu`, or the package itself, to use instead of the one installed on demand, for a process and those that it starts. */
export const folderVariable = 'ULMFIT_WEBGPU';
