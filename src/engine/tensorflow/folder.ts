/** Names the folder of a TensorFlow to use instead of the one installed on demand, for a process and those that it starts. */
export const folderVariable = 'ULMFIT_TENSORFLOW';
