// shows: the flag's name may come from a constant of another class
// manifest: {launcher: Main, application: App}
// hit: ['serial before_consent (consent_guard: preference "AGREE" in App.onCreate) = application App.onCreate']
// miss: [serial before_consent = application App.onCreate]

class Keys {
  static final String FLAG = "AGREE";                           // hit
  static final String FLAG = "AUTO";                            // miss
}
class App extends Application {
  public void onCreate() {
    if (getSharedPreferences("app", 0).getBoolean(Keys.FLAG, false)) { String id = SERIAL; }
  }
}
class Main extends Activity { }
