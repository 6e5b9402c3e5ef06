/**
 * Drivers of graphics cards on Linux keep what they compile in the user's home: Mesa, NVIDIA's for graphics, and its for
 * CUDA. Each has a variable against that, read when it is loaded.
 */
const switches = {
  MESA_SHADER_CACHE_DISABLE: 'true',
  __GL_SHADER_DISK_CACHE: '0',
  CUDA_CACHE_DISABLE: '1',
} as const;

/**
 * Lets drivers that are loaded from now on write nothing (P16). What it costs is compiling again in each process. Nothing
 * of the user's is in those caches, so whoever has set a variable on purpose is heard. Not into the store instead: a cache
 * is code, and a store has none (P21).
 */
export function switchOffDriverCaches(): void {
  for (const [name, value] of Object.entries(switches)) process.env[name] ??= value;
}
