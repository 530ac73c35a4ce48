/*
 * Packers by the content of native libraries, for libraries under other names. Facts as in rules/packers.yaml; our own wording.
 * meta: packer is an id of rules/packers.yaml; source and sure as there. What is scanned: rules/README.md.
 */

rule jiagu_settings {
  meta:
    packer = "qihoo_360"
    source = "R41"
    sure = "1"
  strings:
    $name = "JIAGU_APP_NAME"
    $base = "JIAGU_SO_BASE_NAME"
    $code = "JIAGU_ENCRYPTED_DEX_NAME"
    $hash = "JIAGU_HASH_FILE_NAME"
    $stub = "com/stub/StubApp"
  condition:
    uint32be(0) == 0x7f454c46 and any of them
}

rule ijiami_upx {
  meta:
    packer = "ijiami"
    source = "R41"
    sure = "1"
  strings:
    $mark = "AJM!"
  condition:
    uint32be(0) == 0x7f454c46 and filesize > 100 and $mark in (filesize - 50 .. filesize)
}

rule bangcle_upx {
  meta:
    packer = "bangcle"
    source = "R41"
    sure = "1"
  strings:
    $mark = "SEC!"
  condition:
    uint32be(0) == 0x7f454c46 and filesize > 100 and $mark in (0 .. 200) and $mark in (filesize - 50 .. filesize)
}

rule bangcle_wrapper {
  meta:
    packer = "bangcle"
    source = "own knowledge"
    sure = "K"
  strings:
    $one = "com/secneo/apkwrapper/"
    $two = "com/SecShell/SecShell/"
  condition:
    uint32be(0) == 0x7f454c46 and any of them
}

rule netease_wrapper {
  meta:
    packer = "netease"
    source = "R41"
    sure = "1"
  strings:
    $entry = "com/netease/nis/wrapper/"
  condition:
    uint32be(0) == 0x7f454c46 and $entry
}

rule tencent_wrapper {
  meta:
    packer = "tencent_legu"
    source = "own knowledge"
    sure = "K"
  strings:
    $stub = "com/tencent/StubShell/"
    $proxy = "com/wrapper/proxyapplication/"
  condition:
    uint32be(0) == 0x7f454c46 and any of them
}

rule dpt_shell_jni {
  meta:
    packer = "dpt_shell"
    source = "own knowledge"
    sure = "K"
  strings:
    $bridge = "com/luoyesiqiu/shell/"
  condition:
    uint32be(0) == 0x7f454c46 and $bridge
}

rule appsealing_core {
  meta:
    packer = "appsealing"
    source = "R41"
    sure = "1"
  strings:
    $version = "APPSEALING-CORE-VERSION_"
  condition:
    uint32be(0) == 0x7f454c46 and $version
}

rule appguard_class {
  meta:
    packer = "appguard"
    source = "R41"
    sure = "1"
  strings:
    $class = "com/inca/security/AppGuard/"
  condition:
    uint32be(0) == 0x7f454c46 and $class
}
