/* config_view: the form in which a client wants an environment to be written. Pure.
 *
 * Ownership: the environment is borrowed; what is made on the way belongs to the caller's arena.
 * Errors:    CR_EINVAL (answer 400) what this form cannot show: a key that cannot be nested, a
 *            circular placeholder; CR_ENOMEM and CR_ELIMIT, the buffer's own among them.
 * Threads:   any.
 * Source:    Spring Cloud Config EnvironmentController; config-server reference 1.3, 2.1 and
 *            2.8.
 */
#ifndef CONFIG_VIEW_H
#define CONFIG_VIEW_H

#include "cr_arena.h"
#include "cr_buf.h"
#include "cr_err.h"
#include "cr_wire_environment.h"

enum config_view {
    CONFIG_VIEW_V1,         /* the Environment document with bare values */
    CONFIG_VIEW_V2,         /* the same, each value with its origin */
    CONFIG_VIEW_YAML,       /* all sources merged, nested */
    CONFIG_VIEW_PROPERTIES, /* merged, "key: value" lines without a line break at the end */
    CONFIG_VIEW_JSON,       /* merged, nested */
};

struct config_view_options {
    enum config_view view;
    /* Of the merged forms: */
    bool resolve;        /* placeholders, from the environment itself */
    bool strip_document; /* YAML: the value alone where "document" is the only key */
};

/* Appends the text to out. */
CR_MUST_CHECK int config_view_render(const struct cr_wire_environment *environment,
                                     const struct config_view_options *options,
                                     struct cr_arena *arena, struct cr_buf *out,
                                     struct cr_err *err);

/* The Content-Type of a form. */
const char *config_view_type(enum config_view view);

/* Appends what tells these options from others, without a zero byte: part of a cache's key. */
void config_view_key(const struct config_view_options *options, struct cr_buf *out);

#endif
