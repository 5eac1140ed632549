/* label_cache: a bounded map under a generation. */
#include "label_cache.h"

#include <stdlib.h>

#include "cr_map.h"

int label_cache_init(struct label_cache *cache, struct cr_err *err)
{
    *cache = (struct label_cache){.labels = cr_map_new(0, free)};
    if (!cache->labels)
        return cr_err_set(err, CR_ENOMEM, "out of memory");
    cr_mutex_init(&cache->lock);
    return 0;
}

void label_cache_fini(struct label_cache *cache)
{
    if (!cache->labels)
        return;
    cr_map_free(cache->labels);
    cache->labels = NULL;
    cr_mutex_fini(&cache->lock);
}

bool label_cache_get(struct label_cache *cache, struct cr_slice label,
                     struct git_repo_id *out_commit, uint64_t *out_generation)
{
    CR_LOCKED(&cache->lock);
    const struct git_repo_id *known = cr_map_get(cache->labels, label);
    *out_generation = cache->generation;
    if (known)
        *out_commit = *known;
    return known != NULL;
}

void label_cache_put(struct label_cache *cache, struct cr_slice label,
                     const struct git_repo_id *commit, uint64_t generation)
{
    struct git_repo_id *kept = malloc(sizeof(*kept));
    if (!kept)
        return;
    *kept = *commit;
    CR_LOCKED(&cache->lock);
    if (cache->generation == generation && cr_map_count(cache->labels) >= LABEL_CACHE_MAX)
        cr_map_clear(cache->labels);
    if (cache->generation != generation || cr_map_put(cache->labels, label, kept) < 0)
        free(kept);
}

void label_cache_clear(struct label_cache *cache)
{
    CR_LOCKED(&cache->lock);
    cr_map_clear(cache->labels);
    cache->generation++;
}
