# shows: a constant that is moved between registers
# manifest: {launcher: Main}
# hit: [android_id before_consent = launcher Main.onCreate]
# miss: []

.class Lcn/example/Main;
.super Landroid/app/Activity;
.method protected onCreate(Landroid/os/Bundle;)V
    .registers 6
    const-string v2, "android_id"                               # hit
    const-string v2, "accessibility_enabled"                    # miss
    move-object v3, v2
    const-string v2, "location_mode"
    move-object/16 v1, v3

    invoke-virtual {p0}, Lcn/example/Main;->getContentResolver()Landroid/content/ContentResolver;
    move-result-object v0
    invoke-static {v0, v1}, Landroid/provider/Settings$Secure;->getString(Landroid/content/ContentResolver;Ljava/lang/String;)Ljava/lang/String;
    return-void
.end method
