/** Paths of what only work in progress leaves: unfinished folders, versions moved aside, marks of who works on a run. */
export const litter = /\.(saving|old)-[^/]*$|\.tmp$|\.lock$|\/process\.json(\.next)?$/u;
