/* access: which applications only those may read who know their token.
 *
 * A file belongs to the application that it is called after: order.yml and order-dev.yml to order,
 * and to order-dev where that has a token of its own. A request needs the tokens of all whose files
 * it may name: by its names, by a name with a profile ("order" and "dev"), or by a path.
 * application.yml, which everybody gets, belongs to nobody.
 *
 * Ownership: access_read's texts live in the arena.
 * Errors:    access_read: CR_EINVAL a token that is empty; CR_ENOMEM.
 * Threads:   pure; comparisons take the same time whatever is wrong.
 * Source:    ours (Spring leaves it to the operator); clients send spring.cloud.config.token as
 *            X-Config-Token, or a user and password.
 */
#ifndef ACCESS_H
#define ACCESS_H

#include "config_request.h"
#include "cr_arena.h"
#include "cr_environment.h"
#include "cr_settings.h"

/* The family crema.config.access.<application>.token. */
extern const struct cr_setting_table access_setting_table;

struct access_token {
    struct cr_slice application, token;
};
struct access {
    const struct access_token *items;
    size_t count;
};
CR_MUST_CHECK int access_read(const struct cr_environment *environment, struct cr_arena *arena,
                              struct access *out_access, struct cr_err *err);

/* What a request brings: its headers; ptr NULL where they are absent. */
struct access_proof {
    struct cr_slice token;         /* X-Config-Token */
    struct cr_slice authorization; /* Authorization: the token is the password */
};

/* Is it the token of any application? */
bool access_is_known(const struct access *access, const struct access_proof *proof);

/* Who brings the token of an application may know of it, and of all that have the same: the number
 * of the first of these; access->count: of none. */
size_t access_reader(const struct access *access, const struct access_proof *proof);
/* May that reader know of an application, or of what is called like a part of it ("order-dev")?
 * open: those without a token are everybody's. */
bool access_shows(const struct access *access, size_t reader, struct cr_slice name, bool open);

/* May the request be answered, and the file at path, NULL ptr: none, be read? strict: applications
 * without a token need the server's password, which the request does not bring. No memory: no. */
bool access_allows(const struct access *access, const struct access_proof *proof,
                   const struct config_request *request, struct cr_slice path, bool strict);

#endif
