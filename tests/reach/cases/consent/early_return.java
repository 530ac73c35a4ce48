// shows: leaving the method without consent guards what follows
// manifest: {launcher: Main, application: App}
// hit: ['serial before_consent (consent_guard: preference "agree_privacy" in App.onCreate) = application App.onCreate']
// miss: [serial before_consent = application App.onCreate]

class App extends Application {
  public void onCreate() {
    String id = SERIAL;                                         // miss
    if (!getSharedPreferences("app", 0).getBoolean("agree_privacy", false)) return;
    String id = SERIAL;                                         // hit
  }
}
class Main extends Activity { }
