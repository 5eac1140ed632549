/* One instance that is read. */
#include "source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct source *source_new(const struct target *target, const struct cr_instance *instance)
{
    struct source *source = calloc(1, sizeof *source);
    if (!source)
        return NULL;
    source->host = strdup(target->host);
    source->url = strdup(target->urls[0]);
    source->dirty_ms = instance->dirty_ms;
    if (asprintf(&source->instance, "%s/%s", instance->app, instance->id) < 0)
        source->instance = NULL;
    if (source->host && source->url && source->instance)
        return source;
    source_free(source);
    return NULL;
}

void source_free(struct source *source)
{
    if (!source)
        return;
    free(source->host);
    free(source->url);
    free(source->instance);
    free(source);
}

bool source_fits(const struct source *source, const struct target *target)
{
    return strcmp(source->host, target->host) == 0 && strcmp(source->url, target->urls[0]) == 0 &&
           strcmp(cluster_name(source->cluster), target->cluster) == 0;
}
