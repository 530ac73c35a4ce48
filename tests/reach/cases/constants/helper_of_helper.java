// shows: a constant that is handed on twice
// manifest: {launcher: Main}
// hit: [android_id before_consent = launcher Main.onCreate > Main.ask > Main.read]
// miss: []

import android.provider.Settings;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    ask("android_id");                                          // hit
    ask("accessibility_enabled");                               // miss
  }
  void ask(String key) { read(key); }
  void read(String key) { String id = Settings.Secure.getString(getContentResolver(), key); }
}
