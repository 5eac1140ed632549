/* gateway_options: the data plane's options, as the settings want them.
 *
 * Ownership: arrays live in the caller's arena, texts are the settings'.
 * Errors:    CR_EINVAL with the key and the value.
 * Threads:   any, on values of their own.
 */
#ifndef GATEWAY_OPTIONS_H
#define GATEWAY_OPTIONS_H

#include "cr_arena.h"
#include "gateway_settings.h"
#include "plane_options.h"

/* Everything but host, port, admin_socket and drain_ms, which are the spine's. */
CR_MUST_CHECK int gateway_options_fill(struct plane_options *out_options,
                                       const struct gateway_settings *settings,
                                       struct cr_arena *arena, struct cr_err *err);

#endif
