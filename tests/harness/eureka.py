"""Records as real clients register them (eureka.md 2.7)."""

CLASS = "com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo"
MOUNTS = ("/eureka", "/eureka/v2")

# Native numbers and booleans, explicit nulls.
SPRING = {
    "instanceId": "h1:orders:8080", "app": "ORDERS", "appGroupName": None, "ipAddr": "10.0.0.5",
    "sid": "na", "homePageUrl": "http://h1:8080/", "statusPageUrl": "http://h1:8080/actuator/info",
    "healthCheckUrl": "http://h1:8080/actuator/health", "secureHealthCheckUrl": None,
    "vipAddress": "orders", "secureVipAddress": "orders", "countryId": 1,
    "dataCenterInfo": {"@class": CLASS, "name": "MyOwn"}, "hostName": "h1", "status": "UP",
    "overriddenStatus": "UNKNOWN",
    "leaseInfo": {"renewalIntervalInSecs": 30, "durationInSecs": 90, "registrationTimestamp": 0,
                  "lastRenewalTimestamp": 0, "evictionTimestamp": 0, "serviceUpTimestamp": 0},
    "isCoordinatingDiscoveryServer": False, "lastUpdatedTimestamp": 1700000000001,
    "lastDirtyTimestamp": 1699999999000, "actionType": None, "asgName": None,
    "port": {"$": 8080, "@enabled": "true"}, "securePort": {"$": 443, "@enabled": "false"},
    "metadata": {"management.port": "8080"}}


def record(app="ORDERS", id="i1", dirty=100, status="UP", **more):
    """R(app, id, dirty, status), as Netflix' Java client sends it; a member set to ... is left out."""
    instance = {"instanceId": id, "hostName": "h1", "app": app, "ipAddr": "10.0.0.5", "status": status,
                "overriddenStatus": "UNKNOWN", "port": {"$": 8080, "@enabled": "true"},
                "securePort": {"$": 443, "@enabled": "false"}, "countryId": 1,
                "dataCenterInfo": {"@class": CLASS, "name": "MyOwn"},
                "leaseInfo": {"renewalIntervalInSecs": 30, "durationInSecs": 90,
                              "registrationTimestamp": 0, "lastRenewalTimestamp": 0,
                              "evictionTimestamp": 0, "serviceUpTimestamp": 0},
                "metadata": {"management.port": "8080"}, "vipAddress": "orders",
                "secureVipAddress": "orders", "isCoordinatingDiscoveryServer": "false",
                "lastUpdatedTimestamp": "1", "lastDirtyTimestamp": str(dirty)}
    instance.update(more)
    return {key: value for key, value in instance.items() if value is not ...}
