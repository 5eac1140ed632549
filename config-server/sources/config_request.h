/* config_request: what a client asks for, checked and taken apart. Pure.
 *
 * Ownership: slices point into the caller's arena or into the texts that were passed in.
 * Errors:    CR_EINVAL (answer 400) a name, profile or label that is refused, with the reason;
 *            CR_ENOMEM.
 * Threads:   any.
 * Source:    config-server reference 1.1 and 1.5 (Spring's PathUtils, EnvironmentController).
 */
#ifndef CONFIG_REQUEST_H
#define CONFIG_REQUEST_H

#include "cr_arena.h"
#include "cr_err.h"
#include "cr_slice.h"

enum {
    CONFIG_REQUEST_TEXT_MAX = 1024, /* bytes of a name, a profile list or a label */
    CONFIG_REQUEST_NAMES_MAX = 16,
    CONFIG_REQUEST_PROFILES_MAX = 32,
    CONFIG_REQUEST_LABELS_MAX = 8,
};

struct config_list {
    const struct cr_slice *items;
    size_t count;
};

struct config_request {
    struct cr_slice name;     /* as answered: "(_)" is "/" */
    struct cr_slice profiles; /* as sent: "dev,cloud" */
    struct cr_slice label;    /* as answered; ptr NULL when none was asked for */
    struct config_list name_list, profile_list, label_list; /* at commas, each item once */
};

/* Each text is a path segment after its one percent-decoding. label.ptr NULL: none. */
CR_MUST_CHECK int config_request_parse(struct cr_slice name, struct cr_slice profiles,
                                       struct cr_slice label, struct cr_arena *arena,
                                       struct config_request *out_request, struct cr_err *err);
/* The same, and profiles may have other characters than Spring Boot allows
 * (spring.profiles.validate=false), but none that lead elsewhere. */
CR_MUST_CHECK int config_request_parse_any(struct cr_slice name, struct cr_slice profiles,
                                           struct cr_slice label, struct cr_arena *arena,
                                           struct config_request *out_request, struct cr_err *err);

/* The same for the path of a file: segments that were decoded each, with slashes between them. */
CR_MUST_CHECK int config_request_path(struct cr_slice path, struct cr_arena *arena,
                                      struct cr_slice *out_path, struct cr_err *err);

#endif
