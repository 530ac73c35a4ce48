# shows: CompletableFuture.runAsync runs the object
# manifest: {launcher: Main}
# hit: [serial before_consent = launcher Main.onCreate > scheduled Work.run]
# miss: [serial present = Work.run]

.class Lcn/example/Main;
.super Landroid/app/Activity;
.method protected onCreate(Landroid/os/Bundle;)V
    .registers 3
    new-instance v0, Lcn/example/Work;
    invoke-direct {v0}, Lcn/example/Work;-><init>()V
    invoke-static {v0}, Ljava/util/concurrent/CompletableFuture;->runAsync(Ljava/lang/Runnable;)Ljava/util/concurrent/CompletableFuture; # hit
    return-void
.end method

.class Lcn/example/Work;
.super Ljava/lang/Object;
.implements Ljava/lang/Runnable;
.method constructor <init>()V
    .registers 1
    invoke-direct {p0}, Ljava/lang/Object;-><init>()V
    return-void
.end method
.method public run()V
    .registers 2
    sget-object v0, Landroid/os/Build;->SERIAL:Ljava/lang/String;
    return-void
.end method
