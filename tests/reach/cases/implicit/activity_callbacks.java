// shows: registered lifecycle callbacks see every activity, the launcher first
// manifest: {launcher: Main, application: App}
// hit: [serial before_consent = application App.onCreate > callback Watch.onActivityCreated]
// miss: [serial present = Watch.onActivityCreated]

class App extends Application {
  public void onCreate() {
    Watch watch = new Watch();
    registerActivityLifecycleCallbacks(watch);                  // hit
    unregisterActivityLifecycleCallbacks(watch);                // miss
  }
}
class Main extends Activity { }
class Watch implements Application.ActivityLifecycleCallbacks {
  public void onActivityCreated(Activity activity, Bundle state) { String id = SERIAL; }
  public void onActivityStarted(Activity activity) { }
  public void onActivityResumed(Activity activity) { }
  public void onActivityPaused(Activity activity) { }
  public void onActivityStopped(Activity activity) { }
  public void onActivitySaveInstanceState(Activity activity, Bundle state) { }
  public void onActivityDestroyed(Activity activity) { }
}
