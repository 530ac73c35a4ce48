# shows: a hidden class that is called directly
# manifest: {launcher: Main}
# hit: [device.serial@prop:ro.boot.serialno before_consent = launcher Main.onCreate]
# miss: []

.class Lcn/example/Main;
.super Landroid/app/Activity;
.method protected onCreate(Landroid/os/Bundle;)V
    .registers 6
    const-string v0, "ro.boot.serialno"                         # hit
    const-string v0, "ro.secure"                                # miss
    invoke-static {v0}, Landroid/os/SystemProperties;->get(Ljava/lang/String;)Ljava/lang/String;
    move-result-object v0
    return-void
.end method
