# shows: the serial number by its method
# manifest: {launcher: Main}
# hit: [device.serial@Build.getSerial before_consent = launcher Main.onCreate]
# miss: []

.class Lcn/example/Main;
.super Landroid/app/Activity;
.method protected onCreate(Landroid/os/Bundle;)V
    .registers 6
    invoke-static {}, Landroid/os/Build;->getSerial()Ljava/lang/String; # hit
    invoke-static {}, Ljava/lang/System;->lineSeparator()Ljava/lang/String; # miss
    move-result-object v0
    return-void
.end method
