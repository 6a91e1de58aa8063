"""What one writes without a platform: a subscriber that puts each message in a row and tells whoever listens. bridge.py MQTT-PORT POSTGRES-PORT"""
import sys

import paho.mqtt.client as mqtt
import psycopg2

database = psycopg2.connect(host="127.0.0.1", port=int(sys.argv[2]), user="postgres", dbname="postgres")
cursor = database.cursor()


def take(client, _, message):
    cursor.execute("INSERT INTO messages (topic, payload) VALUES (%s, %s) RETURNING id", (message.topic, message.payload))
    cursor.execute("SELECT pg_notify('messages', %s)", (str(cursor.fetchone()[0]),))
    database.commit()


def subscribe(client, *_):
    client.subscribe("#", qos=1)


def told(*_):
    print("subscribed", flush=True)


client = mqtt.Client(client_id="bridge", clean_session=False)
client.on_connect = subscribe
client.on_subscribe = told
client.on_message = take
client.connect("127.0.0.1", int(sys.argv[1]))
client.loop_forever()
