// shows: the type decides whether a sensor is one of the body
// manifest: {launcher: Main}
// hit:
//   - body_sensors@SensorManager.getDefaultSensor before_consent = launcher Main.onCreate
//   - body_sensors@SensorManager.registerListener before_consent = launcher Main.onCreate
// miss: [sensors@SensorManager.registerListener before_consent = launcher Main.onCreate]

import android.hardware.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    SensorManager manager = (SensorManager) getSystemService("sensor");

    Sensor sensor = manager.getDefaultSensor(Sensor.TYPE_HEART_RATE); // hit
    Sensor sensor = manager.getDefaultSensor(Sensor.TYPE_ACCELEROMETER); // miss
    manager.registerListener((SensorEventListener) null, sensor, 3);
  }
}
