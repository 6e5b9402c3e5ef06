/** Paths of what only work in progress leaves: unfinished files and folders, versions moved aside, locks. */
export const litter = /(^|\/)\.[^/]*$|\.tmp$|\.lock$|\/process\.json(\.next)?$/u;
