# shows: a field whose value stands in the class
# manifest: {launcher: Main}
# hit: [android_id before_consent = launcher Main.onCreate]
# miss: []

.class Lcn/example/Main;
.super Landroid/app/Activity;
.method protected onCreate(Landroid/os/Bundle;)V
    .registers 6
    sget-object v1, Lcn/example/Keys;->KEY:Ljava/lang/String;
    invoke-virtual {p0}, Lcn/example/Main;->getContentResolver()Landroid/content/ContentResolver;
    move-result-object v0
    invoke-static {v0, v1}, Landroid/provider/Settings$Secure;->getString(Landroid/content/ContentResolver;Ljava/lang/String;)Ljava/lang/String;
    return-void
.end method

.class Lcn/example/Keys;
.super Ljava/lang/Object;
.field static final KEY:Ljava/lang/String; = "android_id"       # hit
.field static final KEY:Ljava/lang/String; = "accessibility_enabled" # miss
