/* native_settings: what can be set of a backend over plain folders.
 *
 * Ownership: texts live in the arena that is passed in.
 * Errors:    CR_EINVAL with the key, the reason and the next step; CR_ENOMEM.
 * Threads:   any.
 * Source:    Spring Cloud Config NativeEnvironmentProperties; config-server reference 3.7.
 */
#ifndef NATIVE_SETTINGS_H
#define NATIVE_SETTINGS_H

#include "cr_arena.h"
#include "cr_err.h"
#include "cr_settings.h"

enum { NATIVE_VERSION_BYTES_MAX = 63, NATIVE_LOCATIONS_MAX = 32 };

struct native_settings {
    const char *key;  /* "spring.cloud.config.server.native." */
    const char *name; /* "native", "composite[1]" */
    struct cr_setting_list locations;
    bool add_label_locations;
    const char *default_label;
    const char *version; /* "" for none */
    int64_t order;
};

/* Plain rows of ...native, and those of the family ...composite[<i>] that are not git's too. */
extern const struct cr_setting_table native_setting_table, native_composite_setting_table;

/* element: of the list composite; NULL: ...native. */
CR_MUST_CHECK int native_settings_read(const struct cr_environment *environment,
                                       const char *element, struct cr_arena *arena,
                                       struct native_settings *out_settings, struct cr_err *err);

/* One location: the directory that is opened, and what below it is read. */
struct native_location {
    const char *root;      /* absolute, with a slash at its end, without placeholders */
    struct cr_slice below; /* "", "{application}/{profile}" */
};
/* key: the setting, for errors. */
CR_MUST_CHECK int native_location_parse(const char *key, struct cr_slice text,
                                        struct cr_arena *arena,
                                        struct native_location *out_location, struct cr_err *err);

CR_MUST_CHECK int native_settings_check(const struct native_settings *settings, struct cr_err *err);

#endif
