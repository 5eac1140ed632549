/* cr_yaml_plain: would a text stay a string if it stood in YAML without quotes?
 *
 * Errors:  a text that cannot be judged for lack of memory counts as none: it is quoted.
 * Threads: any, one arena each; what the arena gives is scratch.
 * Source:  SnakeYAML Resolver: boolean, integer, float, null, merge, and timestamps, which our own
 *          reader leaves alone as Spring's does.
 */
#ifndef CR_YAML_PLAIN_H
#define CR_YAML_PLAIN_H

#include "cr_arena.h"
#include "cr_slice.h"

bool cr_yaml_plain_is_string(struct cr_slice text, struct cr_arena *arena);

#endif
