// shows: a stored word that is compared with equals
// manifest: {launcher: Main, application: App}
// hit: ['serial before_consent (consent_guard: preference "yinsi_tongyi" in App.onCreate) = application App.onCreate']
// miss: [serial before_consent = application App.onCreate]

class App extends Application {
  public void onCreate() {
    SharedPreferences store = getSharedPreferences("app", 0);
    String value = store.getString("yinsi_tongyi", "0");        // hit
    String value = store.getString("yuyin_sudu", "0");          // miss
    if ("1".equals(value)) { String id = SERIAL; }
  }
}
class Main extends Activity { }
