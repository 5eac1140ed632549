/* flat_path: the file name of a flat text, "{name}-{profiles}.yml", taken apart. Pure.
 *
 * Ownership: the parts point into the file name.
 * Errors:    none; a name that is no such thing gives false (answer 404).
 * Threads:   any.
 * Source:    Spring Cloud Config EnvironmentController's patterns; config-server reference 1.1: the
 *            last hyphen splits, the ending is taken off once.
 */
#ifndef FLAT_PATH_H
#define FLAT_PATH_H

#include "config_view.h"
#include "cr_slice.h"

struct flat_path {
    struct cr_slice name;     /* may be empty: config_request refuses it */
    struct cr_slice profiles; /* has no hyphen; may be empty */
    enum config_view view;    /* CONFIG_VIEW_YAML, _PROPERTIES or _JSON */
};

CR_MUST_CHECK bool flat_path_split(struct cr_slice file, struct flat_path *out_path);

/* Does an ending occur anywhere as a word of its own (Spring's \b\.(ya?ml|properties|json)\b)? Such
 * a second segment is no profile. */
bool flat_path_has_ending(struct cr_slice segment);

#endif
