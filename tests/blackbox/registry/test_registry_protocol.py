"""What a registry does beyond the numbered cases, which tests/conformance/registry asks."""


def test_order_and_types_of_all_fields(registry):
    registry.register(appGroupName="group", homePageUrl="http://h/", statusPageUrl="http://h/info",
                      healthCheckUrl="http://h/health", secureHealthCheckUrl="https://h/health",
                      asgName="asg", sid="s1")
    instance = registry.instance()
    assert list(instance) == [
        "instanceId", "hostName", "app", "ipAddr", "sid", "status", "overriddenStatus", "port",
        "securePort", "countryId", "dataCenterInfo", "leaseInfo", "metadata", "appGroupName",
        "homePageUrl", "statusPageUrl", "healthCheckUrl", "secureHealthCheckUrl", "vipAddress",
        "secureVipAddress", "isCoordinatingDiscoveryServer", "lastUpdatedTimestamp",
        "lastDirtyTimestamp", "actionType", "asgName"]
    assert list(instance["leaseInfo"]) == ["renewalIntervalInSecs", "durationInSecs",
                                           "registrationTimestamp", "lastRenewalTimestamp",
                                           "evictionTimestamp", "serviceUpTimestamp"]
    assert instance["port"] == {"$": 8080, "@enabled": "true"}
    assert instance["countryId"] == 1
    assert instance["appGroupName"] == "GROUP"
    for key in ("isCoordinatingDiscoveryServer", "lastUpdatedTimestamp", "lastDirtyTimestamp"):
        assert isinstance(instance[key], str), key
    assert all(isinstance(value, int) for value in instance["leaseInfo"].values())


def test_equal_ids_in_two_applications_are_two_instances(registry):
    registry.register(app="A", id="x")
    registry.register(app="B", id="x")
    assert registry.cancel(app="A", id="x").status == 200
    assert registry.instance(app="B", id="x") is not None


def test_a_renewal_changes_no_version(registry):
    """Lists show the lease as it was when they were rendered."""
    registry.register()
    version = registry.get("/apps").headers["X-Crema-Registry-Version"]
    assert registry.renew().status == 200
    assert registry.get("/apps").headers["X-Crema-Registry-Version"] == version


def test_a_renewal_whose_timestamp_is_no_number(registry):
    registry.register()
    for timestamp in ("soon", "1.5", "99999999999999999999"):
        answer = registry.renew(query=f"?lastDirtyTimestamp={timestamp}")
        assert answer.status == 400 and timestamp in answer.json["detail"], timestamp
    assert registry.renew(query="?lastDirtyTimestamp=").status == 200
