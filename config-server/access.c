/* access: tokens by the names of applications. */
#include "access.h"

#include "cr_buf.h"
#include "cr_http_basic.h"

struct bound {
    const char *token;
};

static const struct cr_setting rows[] = {
    {"crema.config.access.<application>.token", CR_SETTING_TEXT, offsetof(struct bound, token),
     NULL, 0, 0, CR_SETTING_SECRET,
     "Who asks for this application, or for its files, must bring it: as X-Config-Token "
     "(spring.cloud.config.token) or as a password."},
};
const struct cr_setting_table access_setting_table = {rows, CR_COUNT(rows)};

int access_read(const struct cr_environment *environment, struct cr_arena *arena,
                struct access *out_access, struct cr_err *err)
{
    struct cr_setting_list names = {0};
    int rc = cr_settings_members(&access_setting_table, environment, arena, &names);
    struct access_token *items =
        rc == 0 ? cr_arena_array(arena, names.count + 1, sizeof(*items)) : NULL;
    if (!items)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    for (size_t i = 0; i < names.count; i++) {
        struct bound bound = {0};
        rc = cr_settings_bind_member(&access_setting_table, environment, names.items[i], &bound,
                                     arena, err);
        if (rc < 0)
            return rc;
        if (!bound.token || !*bound.token)
            return cr_err_set(err, CR_EINVAL,
                              "crema.config.access.%s.token: is empty: everybody would know it",
                              names.items[i]);
        items[i] = (struct access_token){cr_slice_of(names.items[i]), cr_slice_of(bound.token)};
    }
    *out_access = (struct access){items, names.count};
    return 0;
}

static bool proves(const struct access_proof *proof, struct cr_slice token)
{
    return cr_slice_equal_secret(proof->token, token) ||
           cr_http_basic_has_password(proof->authorization, token);
}

bool access_is_known(const struct access *access, const struct access_proof *proof)
{
    bool known = false;
    for (size_t i = 0; i < access->count; i++)
        known |= proves(proof, access->items[i].token);
    return known;
}

/* The application that a file of this name, with or without its ending, belongs to: the longest
 * one that goes before its end, a hyphen or a dot. NULL: one without a token. */
static const struct access_token *owner_of(const struct access *access, struct cr_slice name)
{
    const struct access_token *owner = NULL;
    for (size_t i = 0; i < access->count; i++) {
        struct cr_slice application = access->items[i].application;
        if (!cr_slice_starts(name, application) ||
            (owner && owner->application.len >= application.len))
            continue;
        if (name.len == application.len || name.ptr[application.len] == '-' ||
            name.ptr[application.len] == '.')
            owner = &access->items[i];
    }
    return owner;
}

/* All are compared, so that the time tells nothing. */
size_t access_reader(const struct access *access, const struct access_proof *proof)
{
    size_t reader = access->count;
    for (size_t i = access->count; i-- > 0;)
        reader = proves(proof, access->items[i].token) ? i : reader;
    return reader;
}

bool access_shows(const struct access *access, size_t reader, struct cr_slice name, bool open)
{
    const struct access_token *owner = owner_of(access, name);
    if (!owner)
        return open;
    return reader < access->count && cr_slice_equal(owner->token, access->items[reader].token);
}

struct judging {
    const struct access *access;
    const struct access_proof *proof;
    const struct config_request *request;
};

static bool may_read(const struct judging *judging, struct cr_slice name)
{
    const struct access_token *owner = owner_of(judging->access, name);
    return !owner || proves(judging->proof, owner->token);
}

/* The files of the profiles too: "a" and "b" name a-b.yml, which may be the application a-b's. */
static bool may_read_with_profiles(const struct judging *judging, struct cr_slice name)
{
    const struct config_list *profiles = &judging->request->profile_list;
    bool allowed = may_read(judging, name);
    for (size_t i = 0; allowed && i < profiles->count; i++) {
        CR_AUTO(cr_buf) both = {0};
        cr_buf_slice(&both, name);
        cr_buf_char(&both, '-');
        cr_buf_slice(&both, profiles->items[i]);
        allowed = cr_buf_status(&both) == 0 && may_read(judging, cr_buf_view(&both));
    }
    return allowed;
}

/* A folder may be called after an application as well. */
static bool may_read_path(const struct judging *judging, struct cr_slice path)
{
    struct cr_slice segment;
    bool allowed = true;
    while (allowed && cr_slice_split(&path, '/', &segment)) {
        ptrdiff_t dot = cr_slice_find_last(segment, '.');
        struct cr_slice stem = dot > 0 ? cr_slice_sub(segment, 0, (size_t)dot) : segment;
        allowed = may_read(judging, segment) && may_read_with_profiles(judging, stem);
    }
    return allowed;
}

bool access_allows(const struct access *access, const struct access_proof *proof,
                   const struct config_request *request, struct cr_slice path, bool strict)
{
    const struct judging judging = {access, proof, request};
    for (size_t i = 0; i < request->name_list.count; i++) {
        struct cr_slice name = request->name_list.items[i];
        if ((strict && !owner_of(access, name)) || !may_read_path(&judging, name))
            return false;
    }
    return !path.ptr || may_read_path(&judging, path);
}
