/* profile_set: inclusion and grouping of profiles. */
#include "profile_set.h"

#include <string.h>

static const struct cr_slice include_key = {"spring.profiles.include", 23};
static const struct cr_slice group_prefix = {"spring.profiles.group.", 22};

void profile_set_init(struct profile_set *set, struct cr_arena *arena)
{
    *set = (struct profile_set){.arena = arena};
}

static int too_many(struct cr_err *err)
{
    return cr_err_set(err, CR_ELIMIT, "more than %d active profiles or groups of them",
                      ENVIRONMENT_PROFILES_MAX);
}

int profile_set_add(struct profile_set *set, struct cr_slice name, struct cr_err *err)
{
    struct cr_profiles have = profile_set_view(set);
    if (name.len == 0 || cr_profiles_contain(&have, name))
        return 0;
    if (set->count == ENVIRONMENT_PROFILES_MAX)
        return too_many(err);
    const char *kept = cr_arena_slice(set->arena, name);
    if (!kept)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    set->names[set->count++] = kept;
    return 0;
}

/* "key" or "key[0]": a list as one text or as elements. */
static bool is_list_key(struct cr_slice key, struct cr_slice name)
{
    if (!cr_slice_starts(key, name))
        return false;
    struct cr_slice rest = cr_slice_from(key, name.len);
    return rest.len == 0 || rest.ptr[0] == '[';
}

static bool defined_by_another(const struct profile_set *set, struct cr_slice name,
                               const struct cr_flat_doc *doc)
{
    for (size_t i = 0; i < set->group_count; i++) {
        if (cr_slice_is(name, set->groups[i].name) && set->groups[i].doc != doc)
            return true;
    }
    return false;
}

static int add_members(struct profile_set *set, struct cr_slice name,
                       const struct cr_flat_pair *pair, const struct cr_flat_doc *doc,
                       struct cr_err *err)
{
    if (defined_by_another(set, name, doc))
        return 0;
    struct cr_slice rest = pair->text, member;
    while (cr_slice_split(&rest, ',', &member)) {
        member = cr_slice_trim(member);
        if (member.len == 0)
            continue;
        if (set->group_count == ENVIRONMENT_PROFILES_MAX)
            return too_many(err);
        struct profile_group group = {.name = cr_arena_slice(set->arena, name),
                                      .member = cr_arena_slice(set->arena, member),
                                      .doc = doc};
        if (!group.name || !group.member)
            return cr_err_set(err, CR_ENOMEM, "out of memory");
        set->groups[set->group_count++] = group;
    }
    return 0;
}

static int add_included(struct profile_set *set, struct cr_slice list, struct cr_err *err)
{
    struct cr_slice rest = list, name;
    int rc = 0;
    while (rc == 0 && cr_slice_split(&rest, ',', &name))
        rc = profile_set_add(set, cr_slice_trim(name), err);
    return rc;
}

int profile_set_read(struct profile_set *set, const struct cr_flat_doc *doc, struct cr_err *err)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < doc->count; i++) {
        const struct cr_flat_pair *pair = &doc->pairs[i];
        if (is_list_key(pair->key, include_key)) {
            rc = add_included(set, pair->text, err);
        } else if (cr_slice_starts(pair->key, group_prefix)) {
            struct cr_slice name = cr_slice_from(pair->key, group_prefix.len);
            ptrdiff_t bracket = cr_slice_find(name, '[');
            if (bracket >= 0)
                name.len = (size_t)bracket;
            rc = add_members(set, name, pair, doc, err);
        }
    }
    return rc;
}

static bool seen_before(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return false;
}

/* Depth first with a stack: a profile, then its members in order, then theirs. */
int profile_set_expand(struct profile_set *set, struct cr_err *err)
{
    const char *stack[ENVIRONMENT_PROFILES_MAX * 2];
    const char *expanded[ENVIRONMENT_PROFILES_MAX];
    size_t depth = 0, count = 0;
    for (size_t i = set->count; i-- > 0;)
        stack[depth++] = set->names[i];
    while (depth > 0) {
        const char *name = stack[--depth];
        if (seen_before(expanded, count, name))
            continue;
        if (count == ENVIRONMENT_PROFILES_MAX)
            return too_many(err);
        expanded[count++] = name;
        for (size_t i = set->group_count; i-- > 0;) {
            if (strcmp(set->groups[i].name, name) != 0)
                continue;
            if (depth == CR_COUNT(stack))
                return too_many(err);
            stack[depth++] = set->groups[i].member;
        }
    }
    memcpy(set->names, expanded, count * sizeof(expanded[0]));
    set->count = count;
    return 0;
}

struct cr_profiles profile_set_view(const struct profile_set *set)
{
    return (struct cr_profiles){.names = set->names, .count = set->count};
}
