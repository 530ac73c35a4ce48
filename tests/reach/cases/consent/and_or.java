// shows: consent AND something guards; consent OR something does not
// manifest: {launcher: Main, application: App}
// hit: [serial before_consent (consent_guard) = application App.onCreate]
// miss: [serial before_consent = application App.onCreate]

class App extends Application {
  public void onCreate() {
    boolean agreed = getSharedPreferences("app", 0).getBoolean("agreed", false);
    boolean ready = new java.io.File("/sdcard/ready").exists();
    if (ready && agreed) {                                      // hit
    if (ready || agreed) {                                      // miss
      String id = SERIAL;
    }
  }
}
class Main extends Activity { }
