// shows: a field of a class that is found by its name
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate]
// miss: []

import java.lang.reflect.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    try {
      Field field = Class.forName("android.os.Build").getDeclaredField("SERIAL"); // hit
      Field field = Class.forName("cn.example.Build").getDeclaredField("SERIAL"); // miss
      Object value = field.get(null);
    } catch (Exception error) { }
  }
}
