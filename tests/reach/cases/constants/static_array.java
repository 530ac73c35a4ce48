// shows: an array that the class initialiser fills
// manifest: {launcher: Main}
// hit: [android_id before_consent = launcher Main.onCreate]
// miss: []

import android.provider.Settings;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    String key = Keys.ALL[1];
    String value = Settings.Secure.getString(getContentResolver(), key);
  }
}
class Keys {
  static final String[] ALL = {"accessibility_enabled", "android_id"}; // hit
  static final String[] ALL = {"android_id", "accessibility_enabled"}; // miss
}
