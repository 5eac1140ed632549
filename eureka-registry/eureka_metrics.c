/* The registry's instruments, by table. */
#include "eureka_metrics.h"

static const char *const change_labels[REGISTRY_CHANGE_COUNT] = {
    [REGISTRY_ADDED] = "change=\"registered\"",
    [REGISTRY_MODIFIED] = "change=\"modified\"",
    [REGISTRY_CANCELLED] = "change=\"cancelled\"",
    [REGISTRY_EXPIRED] = "change=\"expired\"",
};

static const char *const renewal_labels[REGISTRY_RENEWALS] = {
    [REGISTRY_RENEWED] = "result=\"renewed\"",
    [REGISTRY_UNKNOWN] = "result=\"unknown\"",
    [REGISTRY_NEWER] = "result=\"newer\"",
};

static const char *const document_labels[EUREKA_DOCUMENTS] = {
    [EUREKA_DOCUMENT_ALL] = "document=\"all\"",
    [EUREKA_DOCUMENT_DELTA] = "document=\"delta\"",
    [EUREKA_DOCUMENT_APP] = "document=\"application\"",
};

static const char *const byte_labels[CR_WIRE_FORMS][2] = {
    [CR_WIRE_JSON] = {"format=\"json\",coding=\"none\"", "format=\"json\",coding=\"gzip\""},
    [CR_WIRE_JSON_COMPACT] = {"format=\"json-compact\",coding=\"none\"",
                              "format=\"json-compact\",coding=\"gzip\""},
    [CR_WIRE_XML] = {"format=\"xml\",coding=\"none\"", "format=\"xml\",coding=\"gzip\""},
    [CR_WIRE_XML_COMPACT] = {"format=\"xml-compact\",coding=\"none\"",
                             "format=\"xml-compact\",coding=\"gzip\""},
};

void eureka_metrics_init(struct eureka_metrics *metrics)
{
    for (size_t i = 0; i < REGISTRY_CHANGE_COUNT; i++)
        metrics->changes[i] =
            cr_metrics_counter("crema.registry.changes",
                               "Registrations, cancellations and expired leases", change_labels[i]);
    for (size_t i = 0; i < REGISTRY_RENEWALS; i++)
        metrics->renewals[i] =
            cr_metrics_counter("crema.registry.renewals",
                               "Renewals, by what the client or peer was told", renewal_labels[i]);
    for (size_t i = 0; i < EUREKA_DOCUMENTS; i++)
        metrics->renders[i] =
            cr_metrics_timer("crema.registry.renders", "Documents composed, and how long it took",
                             document_labels[i]);
    for (size_t form = 0; form < CR_WIRE_FORMS; form++)
        for (size_t packed = 0; packed < 2; packed++)
            metrics->bytes[form][packed] = cr_metrics_counter(
                "crema.registry.answer.bytes", "Bytes of documents that were answered",
                byte_labels[form][packed]);
    metrics->lease_age =
        cr_metrics_timer("crema.registry.lease.age",
                         "How long ago the last contact was when a lease was renewed", NULL);
}
