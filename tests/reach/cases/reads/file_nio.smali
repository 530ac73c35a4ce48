# shows: a file by java.nio
# manifest: {launcher: Main}
# hit: [device.mac@file:/sys/class/net/eth0/address before_consent = launcher Main.onCreate]
# miss: []

.class Lcn/example/Main;
.super Landroid/app/Activity;
.method protected onCreate(Landroid/os/Bundle;)V
    .registers 7
    const/4 v1, 0x1
    new-array v1, v1, [Ljava/lang/String;
    const/4 v2, 0x0
    const-string v3, "eth0/address"                             # hit
    const-string v3, "eth0/mtu"                                 # miss
    aput-object v3, v1, v2
    const-string v0, "/sys/class/net"
    invoke-static {v0, v1}, Ljava/nio/file/Paths;->get(Ljava/lang/String;[Ljava/lang/String;)Ljava/nio/file/Path;
    move-result-object v0
    invoke-static {v0}, Ljava/nio/file/Files;->readAllBytes(Ljava/nio/file/Path;)[B
    return-void
.end method
