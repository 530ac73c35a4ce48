/*
 * Personal data read by native code: names that a library needs for it. data is an id of rules/personal_data.yaml; what is
 * said is that the names stand there, not that they are used.
 */

rule native_telephony {
  meta:
    data = "device.imei"
    source = "own knowledge"
    sure = "K"
  strings:
    $class = "android/telephony/TelephonyManager"
    $one = "getDeviceId"
    $two = "getImei"
    $three = "getSubscriberId"
  condition:
    uint32be(0) == 0x7f454c46 and $class and any of ($one, $two, $three)
}

rule native_android_id {
  meta:
    data = "device.android_id"
    source = "own knowledge"
    sure = "K"
  strings:
    $class = "android/provider/Settings$Secure"
    $key = "android_id" fullword
  condition:
    uint32be(0) == 0x7f454c46 and all of them
}

rule native_mac {
  meta:
    data = "device.mac"
    source = "own knowledge"
    sure = "K"
  strings:
    $file = /\/sys\/class\/net\/(wlan|eth)[0-9%]d?\/address/
    $arp = "/proc/net/arp"
  condition:
    uint32be(0) == 0x7f454c46 and any of them
}

rule native_serial {
  meta:
    data = "device.serial"
    source = "own knowledge"
    sure = "K"
  strings:
    $get = "__system_property_get"
    $one = "ro.serialno"
    $two = "ro.boot.serialno"
  condition:
    uint32be(0) == 0x7f454c46 and $get and any of ($one, $two)
}
