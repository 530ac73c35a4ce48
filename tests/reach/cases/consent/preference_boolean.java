// shows: a read that only runs after a stored consent flag was found true is doubtful; another flag says nothing
// manifest: {launcher: Main, application: App}
// hit: ['serial before_consent (consent_guard: preference "privacy_agreed" in App.onCreate) = application App.onCreate']
// miss: [serial before_consent = application App.onCreate]

class App extends Application {
  public void onCreate() {
    SharedPreferences store = getSharedPreferences("app", 0);
    boolean flag = store.getBoolean("privacy_agreed", false);   // hit
    boolean flag = store.getBoolean("dark_mode", false);        // miss
    if (flag) { String id = SERIAL; }
  }
}
class Main extends Activity { }
